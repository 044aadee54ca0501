"""What a person is told by the bell and by mail, as they chose."""
