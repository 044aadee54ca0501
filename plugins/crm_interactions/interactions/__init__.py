"""What was done beside a record: calls, mails, meetings, visits, chats, notes and comments."""
