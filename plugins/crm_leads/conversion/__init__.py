"""A lead becomes a contact, a company, a deal: declared, asked for, foreseen, done, and taken back."""
