"""What was done can be proven afterwards: checkpoints, witnesses, keys destroyed, certificates."""
