document.title = "embedded embedded embedded embedded embedded embedded embedded embedded";
