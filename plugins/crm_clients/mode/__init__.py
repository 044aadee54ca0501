"""The CRM mode: which of the two is on, and the change from one to the other and back."""
