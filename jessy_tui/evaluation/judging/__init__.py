"""Does the text of an answer suit its question? A judge, if wanted, and the person's own word."""
