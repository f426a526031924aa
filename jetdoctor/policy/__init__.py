"""What a project has decided: its configuration, and which findings count."""
