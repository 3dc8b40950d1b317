# A notification server on the session bus (the Desktop Notifications Specification), as small as can be: appends each notification to the file given as a
# line of JSON. Makes the file as soon as it can take one.
import json
import sys

import dbus
import dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

NAME = 'org.freedesktop.Notifications'


class Notifications(dbus.service.Object):
    @dbus.service.method(NAME, in_signature='susssasa{sv}i', out_signature='u')
    def Notify(self, app, replaces, icon, summary, body, actions, hints, timeout):
        with open(sys.argv[1], 'a') as out:
            print(json.dumps([app, summary, body, int(hints['urgency'])]), file=out)
        return 1

    @dbus.service.method(NAME, out_signature='as')
    def GetCapabilities(self):
        return ['body']

    @dbus.service.method(NAME, out_signature='ssss')
    def GetServerInformation(self):
        return ('fixture', 'rota', '1', '1.2')


DBusGMainLoop(set_as_default=True)
name = dbus.service.BusName(NAME, dbus.SessionBus())
server = Notifications(name, '/org/freedesktop/Notifications')
open(sys.argv[1], 'a').close()
GLib.MainLoop().run()
