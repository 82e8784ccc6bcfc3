"""The icons: strokes on a field of 24 by 24, drawn in the colour of the text beside them."""

ICONS = {
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="M16 16l5 5"/>',
    "moon": '<path d="M20 14A8.5 8.5 0 1 1 10 4a7 7 0 0 0 10 10z"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "check": '<path d="M4 12l5 5L20 6"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v6M12 7.5v.01"/>',
    "warn": '<path d="M12 4l9 16H3zM12 10v5M12 17.5v.01"/>',
    "error": '<circle cx="12" cy="12" r="9"/><path d="M8.5 8.5l7 7M15.5 8.5l-7 7"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "left": '<path d="M15 5l-7 7 7 7"/>',
    "right": '<path d="M9 5l7 7-7 7"/>',
    "up": '<path d="M5 15l7-7 7 7"/>',
    "down": '<path d="M5 9l7 7 7-7"/>',
    "home": '<path d="M4 11l8-7 8 7v9h-5v-6H9v6H4z"/>',
    "listen": '<path d="M5 12a7 7 0 0 1 14 0M3 12h3v6H3zM18 12h3v6h-3z"/>',
    "understand": '<path d="M4 20V10M10 20V4M16 20v-8M21 20H3"/>',
    "act": '<path d="M5 12h13M13 6l6 6-6 6"/>',
    "prove": '<circle cx="12" cy="12" r="9"/><path d="M8 12.5l3 3 5-6.5"/>',
    "settings": '<path d="M4 7h10M18 7h2M4 17h2M10 17h10"/>'
    '<circle cx="16" cy="7" r="2"/><circle cx="8" cy="17" r="2"/>',
    "people": '<circle cx="9" cy="8" r="3.5"/>'
    '<path d="M3 20c0-4 2.7-6 6-6s6 2 6 6M16 4.8a3.5 3.5 0 0 1 0 6.4M17.5 14.3c2.2.8 3.5 2.7 3.5 5.7"/>',
    "job": '<path d="M20 12a8 8 0 1 1-2.4-5.7M20 4v4h-4"/>',
    "file": '<path d="M6 3h8l4 4v14H6zM14 3v4h4"/>',
    "upload": '<path d="M12 16V4M7 9l5-5 5 5M4 20h16"/>',
    "download": '<path d="M12 4v12M7 11l5 5 5-5M4 20h16"/>',
    "trash": '<path d="M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13"/>',
    "edit": '<path d="M5 19h3L19 8l-3-3L5 16z"/>',
    "copy": '<path d="M9 9h11v11H9zM5 15H4V4h11v1"/>',
    "mail": '<path d="M3 6h18v12H3zM3 7l9 7 9-7"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.5 2"/>',
    "log": '<path d="M5 4h14v16H5zM9 9h6M9 13h6M9 17h3"/>',
    "filter": '<path d="M4 5h16l-6 8v6l-4-2v-4z"/>',
    "calendar": '<path d="M4 6h16v14H4zM4 10h16M8 3v4M16 3v4"/>',
    "external": '<path d="M14 4h6v6M20 4l-9 9M17 14v6H4V7h6"/>',
    "print": '<path d="M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z"/>',
    "undo": '<path d="M9 5L4 10l5 5M4 10h10a5 5 0 0 1 0 10h-3"/>',
    "points": '<path d="M6 21V4h12l-3 4 3 4H6"/>',
    "gift": '<path d="M4 11h16v9H4zM3 7h18v4H3zM12 7v13M12 7c-5 0-5-5-2-4 1.5.5 2 4 2 4z'
    'M12 7c5 0 5-5 2-4-1.5.5-2 4-2 4z"/>',
    "card": '<path d="M3 6h18v12H3zM3 10h18M6 14.5h4"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4 21c1-5 4-7 8-7s7 2 8 7"/>',
    "leave": '<path d="M14 4H5v16h9M10 12h11M17 8l4 4-4 4"/>',
}
FLOWER = (
    '<g class="petal"><circle cx="16" cy="7.6" r="5.6"/><circle cx="24" cy="13.4" r="5.6"/>'
    '<circle cx="21" cy="22.8" r="5.6"/><circle cx="11" cy="22.8" r="5.6"/>'
    '<circle cx="8" cy="13.4" r="5.6"/></g><circle class="eye" cx="16" cy="16" r="4.2"/>'
)
