"""Who may do what: users, roles, teams, grants, scopes, sign-in."""
