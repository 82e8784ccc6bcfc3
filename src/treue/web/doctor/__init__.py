"""What `treue doctor` looks at. Each check finds what is wrong and says what mends it; none changes anything."""
