"""The shell around the rooms: settings, addresses, sign-in, navigation, command line. It has no tables."""
