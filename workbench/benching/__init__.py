"""``rankscope bench gui``: how soon the window answers, measured on the window itself."""
