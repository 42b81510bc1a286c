/*
 * What the command line and the supervisor say to each other: D-Bus messages over a private socket in the
 * runtime directory, without a bus daemon, which might be asleep in a group that is out of memory.
 */
#pragma once

#define BUS_SOCKET "bus" /* in the runtime directory */
#define BUS_OBJECT "/org/oomhandlerd"
#define BUS_INTERFACE "org.oomhandlerd.Manager"

/*
 * Explain(s cgroup) -> s, a JSON object; open to everyone. Arm(s cgroup), Release(s cgroup) and Reload()
 * are for root. A cgroup is a path below the hierarchy's root, raw or as the status page escapes it, with
 * or without the mount point in front.
 */
#define BUS_EXPLAIN "Explain"
#define BUS_ARM "Arm"
#define BUS_RELEASE "Release"
#define BUS_RELOAD "Reload"

#define BUS_ERROR_NO_GROUP "org.oomhandlerd.Error.NoSuchGroup"
#define BUS_ERROR_REFUSED "org.oomhandlerd.Error.Refused" /* the message says why */
#define BUS_ERROR_NOT_PERMITTED "org.oomhandlerd.Error.NotPermitted"
#define BUS_ERROR_BUSY "org.oomhandlerd.Error.Busy" /* ask again later */
#define BUS_ERROR_CONFIG "org.oomhandlerd.Error.Configuration" /* one problem a line */
