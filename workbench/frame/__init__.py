"""What is always in view around the pages: the bar of pages, the title row, the menus; and starting and closing."""
