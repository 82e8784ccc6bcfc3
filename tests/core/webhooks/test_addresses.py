"""Where webhooks may go, and where never."""

import socket
from ipaddress import ip_address, ip_network

import pytest
from receiving import named

from treue.core.webhooks import addresses
from treue.core.webhooks.errors import (
    NotEncrypted,
    PortRefused,
    PrivateAddress,
    UnknownHost,
    Unreadable,
    UnusableNetworks,
)

CLOSED = (
    *("127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1"),
    *("169.254.169.254", "169.254.1.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9"),
    *("192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::"),
    *("::ffff:0:7f00:1", "168.63.129.16", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1"),
)
OPEN = (
    "93.184.216.34",
    "1.1.1.1",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "64:ff9b::101:101",
    "::ffff:1.1.1.1",
)


@pytest.mark.parametrize("address", CLOSED)
def test_what_is_not_out_in_the_world_is_closed(address: str):
    assert not addresses.may_be_called(ip_address(address))
    with pytest.raises(PrivateAddress):
        checked("https://shop.example/hook", address)


@pytest.mark.parametrize("address", OPEN)
def test_the_world_is_open(address: str):
    assert checked("https://shop.example/hook", address) == [ip_address(address)]


def checked(url: str, *found: str, networks: tuple[str, ...] = ()) -> list[object]:
    opened = [ip_network(each) for each in networks]
    return addresses.checked(addresses.read(url), ask=named(*found), networks=opened)


def test_one_closed_address_among_several_closes_all():
    with pytest.raises(PrivateAddress) as refused:
        checked("https://shop.example", "1.1.1.1", "10.0.0.1")
    assert (refused.value.host, str(refused.value.address)) == ("shop.example", "10.0.0.1")


def test_a_host_without_an_address_is_unknown():
    with pytest.raises(UnknownHost):
        checked("https://shop.example")
    with pytest.raises(UnknownHost):
        addresses.checked(addresses.read("https://nobody.invalid"))


@pytest.mark.parametrize(
    "url",
    [
        *("https://127.1/", "https://2130706433/", "https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://localhost/"),
        *("https://[::1]/", "https://[::ffff:7f00:1]/", "https://１２７.0.0.1/", "https://127.0.0.1./"),
    ],
)
def test_other_ways_to_write_this_machine_are_seen_through(url: str):
    with pytest.raises(PrivateAddress):
        addresses.checked(addresses.read(url), networks=[])


def test_what_the_operator_opened_is_open_and_may_go_without_encryption():
    assert checked("http://till.local:8080/x", "10.1.2.3", networks=("10.1.0.0/16",)) == [ip_address("10.1.2.3")]
    with pytest.raises(PrivateAddress):
        checked("http://till.local:8080/x", "10.2.0.1", networks=("10.1.0.0/16",))


def test_out_in_the_world_nothing_goes_without_encryption():
    with pytest.raises(NotEncrypted):
        checked("http://shop.example", "1.1.1.1", networks=("10.0.0.0/8",))


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254"])
def test_where_clouds_give_out_passwords_stays_closed_whatever_is_opened(address: str):
    with pytest.raises(PrivateAddress):
        checked("https://shop.example", address, networks=("0.0.0.0/0", "::/0"))


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "shop.example",
            "ftp://shop.example/",
            "file:///etc/passwd",
            "https://",
            "https:///hook",
            "//shop.example",
        ),
        *("https://user:word@shop.example/", "https://user@shop.example/", "https://shop.example:port/"),
        *("https://shop.example:99999/", "https://shop .example/", "https://shop.example/a\r\nX: 1", "https://[::1"),
        *("https://[fe80::1%25eth0]/", "https://shop..example/", "https://good.example\\@10.0.0.1/"),
    ],
)
def test_what_is_no_address_of_the_web_is_unreadable(url: str):
    with pytest.raises(Unreadable):
        addresses.read(url)


@pytest.mark.parametrize("port", [22, 25, 445, 81, 1023])
def test_ports_that_no_receiver_has_are_refused(port: int):
    with pytest.raises(PortRefused):
        addresses.read(f"https://shop.example:{port}/")


@pytest.mark.parametrize(
    ("url", "host", "path", "authority"),
    [
        ("https://shop.example", "shop.example", "/", "shop.example"),
        ("https://shop.example:443/a?b=c#d", "shop.example", "/a?b=c", "shop.example"),
        ("https://shop.example:8443/", "shop.example", "/", "shop.example:8443"),
        (
            "https://Müller.example/Grüße?q=ä",
            "xn--mller-kva.example",
            "/Gr%C3%BC%C3%9Fe?q=%C3%A4",
            "xn--mller-kva.example",
        ),
        ("https://[2606:4700::1111]:8443/x%20y", "2606:4700::1111", "/x%20y", "[2606:4700::1111]:8443"),
    ],
)
def test_an_address_is_taken_apart_as_a_request_needs_it(url: str, host: str, path: str, authority: str):
    target = addresses.read(url)
    assert (target.host, target.path, target.authority) == (host, path, authority)


def test_the_system_is_asked_for_a_host():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        assert "127.0.0.1" in addresses.resolve("localhost", probe.getsockname()[1])


def test_opened_networks_are_read_from_the_installations_settings(settings: object):
    settings.WEBHOOK_NETWORKS = "10.1.0.0/16, fd12::/16,"
    assert addresses.opened_networks() == [ip_network("10.1.0.0/16"), ip_network("fd12::/16")]
    settings.WEBHOOK_NETWORKS = "all of them"
    with pytest.raises(UnusableNetworks):
        addresses.opened_networks()
