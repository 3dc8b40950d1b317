# OnCalendar= of a schedule: HH:MM, or five cron fields where days of the month and of the week are not both given (cron takes either then, which
# one OnCalendar= cannot say). The bounded step `a..b/n` is written: systemd's open `a/n` loses fires.
{ lib }:
let
  inherit (lib) elemAt concatStringsSep splitString;
  isTime = text: builtins.match "[0-9]{1,2}:[0-9]{2}" text != null;
  days = [
    "Sun"
    "Mon"
    "Tue"
    "Wed"
    "Thu"
    "Fri"
    "Sat"
    "Sun"
  ];
  element =
    first: last: text:
    let
      step = builtins.match "(.*)/([0-9]+)" text;
      body = if step == null then text else elemAt step 0;
      range = if body == "*" then "${toString first}..${toString last}" else builtins.replaceStrings [ "-" ] [ ".." ] body;
    in
    if text == "*" then
      "*"
    else if step == null then
      range
    else
      "${range}/${elemAt step 1}";
  field = first: last: text: concatStringsSep "," (map (element first last) (splitString "," text));
  day =
    text:
    if builtins.match "[0-7]" text != null then elemAt days (builtins.fromJSON text) else text;
  dayOfWeek =
    text: concatStringsSep "," (map (part: concatStringsSep ".." (map day (splitString "-" part))) (splitString "," text));
in
schedule:
if isTime schedule then
  "*-*-* ${schedule}:00"
else
  let
    fields = builtins.filter (text: text != "") (splitString " " schedule);
    at = elemAt fields;
    prefix = if at 4 == "*" then "" else "${dayOfWeek (at 4)} ";
  in
  if builtins.length fields != 5 then
    throw "schedule: HH:MM or five cron fields, not ${schedule}"
  else if at 2 != "*" && at 4 != "*" then
    throw "schedule: days of the month and of the week together are one `or` in cron; give two schedules, not ${schedule}"
  else
    "${prefix}*-${field 1 12 (at 3)}-${field 1 31 (at 2)} ${field 0 23 (at 1)}:${field 0 59 (at 0)}:00"
