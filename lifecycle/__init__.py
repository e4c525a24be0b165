"""The rules of the life cycle, pure: values in, values out."""
