"""What both browser backends share: which browser, how it is started, its processes, tabs and cookies."""
