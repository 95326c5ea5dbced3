// The browser knows the time zone; the person need not type it.
const zone = document.querySelector("input[name=timezone]");
if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
