"""What both browser backends share: finding and starting the browser, its processes, tabs and cookies."""
