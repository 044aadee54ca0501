"""What any record can have: a change history, attachments, tags, saved views."""
