# The world of one attempt: read by a shell in fresh namespaces, before anything is broken there.
# BASE is an empty folder, IMAGE a root filesystem, PLACE private or machine. Whatever is changed below the covered
# folders lands in memory, and ends with the namespace.
set -e
REGISTRY=/proc/sys/fs/binfmt_misc
EMULATOR=/usr/bin/qemu-aarch64-static
EMULATOR32=/usr/bin/qemu-arm-static
DEBIAN=/usr/libexec/qemu-binfmt/aarch64-binfmt-P
GENUINE=$BASE/genuine
ROOT=$BASE/root
AARCH64='\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
ARM='\x7f\x45\x4c\x46\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x28\x00'
MASK='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
export REGISTRY EMULATOR EMULATOR32 DEBIAN GENUINE ROOT AARCH64 ARM MASK

# register NAME INTERPRETER FLAGS [MAGIC [MASK [OFFSET]]]
register() { printf ':%s:M:%s:%s:%s:%s:%s' "$1" "$6" "${4-$AARCH64}" "${5-$MASK}" "$2" "$3" > $REGISTRY/register; }
# configured NAME: what systemd-binfmt does with the package's file
configured() { printf %s "$(cat "$GENUINE/binfmt.d/$1.conf")" > $REGISTRY/register; }
remove() { for name; do echo -1 > "$REGISTRY/$name"; done; }
# automount [--dead]: in place of the mount, a trap that mounts it when somebody looks
automount() {
    umount $REGISTRY
    if [ "$1" = --dead ]; then
        "$PYTHON" -I -S "$LAB/automount.py" $REGISTRY --dead
        return
    fi
    mkfifo "$BASE/ready"
    "$PYTHON" -I -S "$LAB/automount.py" $REGISTRY > "$BASE/ready" &
    read -r ready < "$BASE/ready"
    [ "$ready" = ready ]
}
# stand_in NAME: reads the text of a program
stand_in() { { echo '#!/bin/sh'; echo 'set -e'; cat; } > "/usr/local/sbin/$1"; chmod 755 "/usr/local/sbin/$1"; }

cover() {
    [ -d "/$1" ] || return 0
    upper=$BASE/upper/$1
    mkdir -p "$upper" "$BASE/aside/$1"
    mount -t overlay -o "lowerdir=/$1,upperdir=$upper,workdir=$BASE/aside/$1,userxattr" overlay "/$1"
}

prepare() {
    # Whatever a command writes besides what is covered below is refused: nothing may reach the machine itself.
    for folder in /tmp "${BASE%/*}"; do mount --bind "$folder" "$folder"; done
    mount -o remount,bind,ro /
    mount -t tmpfs -o mode=755 lab "$BASE"
    mount -t tmpfs -o mode=1777 lab /var/tmp
    mkdir -p "$GENUINE/bin"
    mount --bind /usr/bin "$GENUINE/bin"
    cp --preserve=mode "$EMULATOR" "$EMULATOR32" "$GENUINE"
    cp -rL /usr/lib/binfmt.d "$GENUINE/binfmt.d"
    for folder in etc etc/binfmt.d usr/bin usr/sbin usr/local/bin usr/local/sbin usr/libexec/qemu-binfmt usr/lib/binfmt.d \
        usr/share/binfmts var/cache var/lib; do
        cover "$folder"
    done
    mount -t tmpfs -o mode=755 lab /run
    # No host of the laboratory has binfmt-support or lines of its own, whatever this machine has.
    rm -f /usr/sbin/update-binfmts /etc/binfmt.d/*
    [ ! -d /var/lib/binfmts ] || mount -t tmpfs lab /var/lib/binfmts
    # From the layer above, so that it belongs to whoever breaks it.
    rm -f "$EMULATOR" && cp "$GENUINE/qemu-aarch64-static" "$EMULATOR"
    cp -R --preserve=mode "$IMAGE" "$ROOT"
    # Where podman keeps things besides its storage.
    mkdir -p /run/containers /run/crun /run/libpod /var/lib/cni /var/lib/containers
    if [ "$PLACE" = private ]; then
        mount -t binfmt_misc binfmt_misc $REGISTRY
        # crun gives up where it finds several cgroup hierarchies.
        if ! grep -qs domain_ /sys/fs/cgroup/cgroup.controllers && [ -d /sys/fs/cgroup ]; then
            mount -t cgroup2 cgroup2 /sys/fs/cgroup || true
        fi
    else
        umount -R /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup
    fi
}

without_engines() { rm -f /usr/bin/podman /usr/bin/buildah /usr/bin/docker /usr/local/bin/docker /usr/local/sbin/docker /usr/sbin/dockerd; }
without_packages() { rm -f /usr/lib/binfmt.d/qemu-*.conf /usr/share/binfmts/qemu-*; }
with_systemd() { mkdir -p /run/systemd/system; }
registered_elsewhere() {
    printf ':llvm-14-runtime.binfmt:M::BC::/usr/bin/true:' > $REGISTRY/register
    printf ':python3.11:M::\\xa7\\x0d\\x0d\\x0a::/usr/bin/python3:' > $REGISTRY/register
    printf ':jar:E::jar::/usr/bin/true:' > $REGISTRY/register
}
