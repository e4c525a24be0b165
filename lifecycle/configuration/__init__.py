"""Files that people write to steer Gallra are read with care, and refused with a way out."""
