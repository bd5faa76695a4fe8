"""整改台账: actions, attachments, deadlines, Excel both ways."""
