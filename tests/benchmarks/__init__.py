"""What the budgets are measured with; nothing here asserts wall-clock times."""
