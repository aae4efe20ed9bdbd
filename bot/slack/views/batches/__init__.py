"""What people see of a batch. Pure."""
