"""Personal data lies where the policy allows it, and nowhere else."""
