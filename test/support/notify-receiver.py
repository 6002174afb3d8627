# Receives the messages of sd_notify(3) as a service manager does: prints each as a line of JSON with the pid of its sender.
import array, json, os, socket, sys

name = sys.argv[1]
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
receiver.bind('\0' + name[1:] if name.startswith('@') else name)
print('{}', flush=True)
while True:
    data, ancillary, _, _ = receiver.recvmsg(65536, 4096)
    pid = None
    for level, kind, content in ancillary:
        if kind == socket.SCM_CREDENTIALS:
            pid = array.array('i', content)[0]
        if kind == socket.SCM_RIGHTS:
            # A sender waits until the descriptor of its barrier is closed.
            for descriptor in array.array('i', content):
                os.close(descriptor)
    print(json.dumps({'lines': data.decode().split('\n'), 'pid': pid}), flush=True)
