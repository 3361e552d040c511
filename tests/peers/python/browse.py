"""A browser that signs somebody in on a login page and follows it back: ADDRESS USERNAME PASSWORD."""

import sys
import urllib.parse
import urllib.request

from scenarios_oauth import Form


def main(address, username, password):
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    page = browser.open(address)
    form = Form(page.read().decode())
    assert "password" in form.fields, "no login page"
    form.fields.update(username=username, password=password)
    # A form without an action goes to the page that holds it.
    to = urllib.parse.urljoin(page.url, form.action) if form.action else page.url
    browser.open(to, urllib.parse.urlencode(form.fields).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
