"""What was said to models: sessions on the disk, their context, and the way from a talk to the
dataset."""
