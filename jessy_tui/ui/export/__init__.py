"""The dialog that exports a checkpoint: `e` on a run in the Training tab."""
