"""What measures shall come to: set for the company, teams and people, and how far they are."""
