# What to do about a failure, by its kind (why() in say.sh). Who sources this has own_advice() for all other kinds.

advice() {
  case "$1" in
    portal) echo 'Log in to this network from a device with a browser, at the address above, if it lets this machine in then; or use another network.' ;;
    no-link) echo 'Plug the cable in, or try another socket.' ;;
    no-address) echo 'Is there a DHCP server, or an IPv6 router, on this network? An address by hand: ip=ADDRESS::GATEWAY:NETMASK.' ;;
    refused) echo 'The server gives it to nobody, or to who has a login: user:password@ in the address.' ;;
    damaged) echo 'What came is no image: is the address right, and is there a login page or a proxy on the way?' ;;
    untrusted) echo 'Check rootstream.pubkey= against the key that signs the image; if it expired, publish it again, or check the clock. Do not go on without.' ;;
    no-memory) echo 'Give the machine more memory, or put the cache on a disk.' ;;
    disk) echo 'Is the disk there, and is its label right? `blkid` in a shell lists them.' ;;
    foreign) echo 'It was made for other hardware: choose an image for this architecture.' ;;
    machines) echo 'Make the sections differ: each line of a section (mac=, serial=, product=, ...) narrows it. None of them is used now.' ;;
    *) own_advice "$1" ;;
  esac
}
