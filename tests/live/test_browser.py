"""Real Chromium at 360 px, in both languages, on a running site."""

import re
from zipfile import ZipFile

import pytest

from tests.live.conftest import PASSWORD, press, sideways, sign_in

LANGUAGES = ["km", "en"]
LAPTOP = pytest.mark.live("chromium")
SERVER = pytest.mark.live("chromium", "postgresql", "redis")

PAGES = {
    None: ["", "course/", "course/M1L1/", "course/M1L2/myths/", "course/M1L3/scenario/"]
    + ["course/M1L4/check/", "about/", "privacy/", "help/", "join/", "join/START2/", "sign-in/"]
    + ["glossary/", "search/?q=hiv", "search/?q=%%", "evidence/", "course/M1L1/4/#word-hiv"]
    + ["sign-in/code/", "no-such-page/", "certificates/", "certificates/SPN-NONE-NONE/"],
    "DEMPAT": ["way/", "account/", "account/password/", "my-data/", "survey/demo-pre/"],
    "DEMTRA": ["trainer/", "trainer/results/"],
    "DEMEVA": ["evaluation/", "evaluation/studies/DEMO/"],
}


@LAPTOP
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", list(PAGES), ids=str)
def test_no_page_scrolls_sideways(phone, site, language, code):
    if code:
        sign_in(phone, site, language, code)
    problems = []
    for path in PAGES[code]:
        phone.goto(f"{site}/{language}/{path}")
        if over := sideways(phone):
            problems.append((path, over))
    assert problems == []


@LAPTOP
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("code", "start"), [("DEMTRA", "trainer/"), ("DEMEVA", "evaluation/")])
def test_no_page_behind_a_list_scrolls_sideways(phone, site, language, code, start):
    """Every page that the first two levels of links lead to."""
    sign_in(phone, site, language, code)
    phone.goto(f"{site}/{language}/{start}")
    waiting, seen, problems = links(phone), set(), []
    for depth in (1, 2):
        found = [link for link in waiting if link not in seen]
        waiting = []
        for link in found:
            seen.add(link)
            phone.goto(link)
            if over := sideways(phone):
                problems.append((link, over))
            if depth == 1:
                waiting += links(phone)
    assert len(seen) >= 5
    assert problems == []


def links(page):
    """Addresses of pages that the main part links to; not files, not places on the page."""
    found = page.eval_on_selector_all("main a", "nodes => nodes.map(node => node.href)")
    return [link for link in dict.fromkeys(found) if "/file/" not in link and "#" not in link]


@LAPTOP
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_officer_goes_the_whole_way_on_a_phone(phone, site, language):
    """Join, consent, survey, every page of every lesson, survey, certificate."""
    problems = []

    def go(selector):
        press(phone, selector)
        if over := sideways(phone):
            problems.append((phone.url, over))

    def answer():
        go("button[value=yes]")
        while not phone.query_selector("button[name=send]"):
            for name in radio_names(phone):
                phone.check(f"input[name={name}][value='1']")
            go("#page button.action")
        go("button[name=send]")

    phone.goto(f"{site}/{language}/join/START2/")
    phone.fill("input[name=family_name_km]", "សុខ")
    phone.fill("input[name=given_name_km]", "តារា")
    phone.fill("input[name=password]", "ស្ពាន-៩៨៧៦៥៤")
    go("main form:has(input[name=join_key]) button")
    phone.goto(f"{site}/{language}/way/continue/")
    answer()
    lessons = []
    while "/course/" in phone.goto(f"{site}/{language}/way/continue/").url:
        lessons.append(phone.url)
        take_lesson(phone, go)
    answer()
    phone.goto(f"{site}/{language}/way/continue/")

    assert re.search(r"/way/\d+/certificate/$", phone.url)
    assert "សុខ តារា" in phone.content()
    assert len(lessons) == 25
    assert problems == []


@LAPTOP
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_term_opens_on_tap_without_scripts_and_closes(chromium, site, language):
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=False
    )
    phone = context.new_page()
    sheet = phone.locator("#word-hiv")
    phone.goto(f"{site}/{language}/course/M1L1/4/")
    assert not sheet.is_visible()

    phone.click("a[href='#word-hiv']")
    assert sheet.is_visible()
    assert sheet.locator("h2 span").all_inner_texts() == (
        ["មេរោគអេដស៍", "HIV"] if language == "km" else ["HIV", "មេរោគអេដស៍"]
    )
    box = sheet.bounding_box()
    assert box["x"] == 0
    assert (box["width"], box["y"] + box["height"]) == (360, 740)  # at the bottom, whole
    assert sheet.evaluate("node => node === document.activeElement")  # read out at once

    phone.go_back()
    assert not sheet.is_visible()
    phone.click("a[href='#word-hiv']")
    sheet.locator("a").first.click()
    assert not sheet.is_visible()
    assert phone.url.endswith("#at-hiv")

    phone.goto(f"{site}/{language}/course/M1L1/4/#word-hiv")
    phone.emulate_media(media="print")
    assert not sheet.is_visible()
    context.close()


@LAPTOP
def test_the_history_of_a_phone_is_the_same_for_yes_and_no(chromium, site):
    """What a long press on "back" would list, after an answered and after a declined survey."""
    histories = []
    for consent, given in (("yes", "សុភា"), ("no", "វិសាល")):
        phone = chromium.new_context(viewport={"width": 360, "height": 740}).new_page()
        phone.goto(f"{site}/km/join/START2/")
        phone.fill("input[name=family_name_km]", "កែវ")
        phone.fill("input[name=given_name_km]", given)
        phone.fill("input[name=password]", "ស្ពាន-៩៨៧៦៥៤")
        press(phone, "main form:has(input[name=join_key]) button")
        phone.goto(f"{site}/km/way/continue/")
        press(phone, f"button[value={consent}]")
        press_on = "#page button.action"
        while phone.query_selector(press_on):
            press(phone, press_on)  # open questions: asked again, then skipped
            press(phone, "button[name=skip]")
        if consent == "yes":
            press(phone, "button[name=back]")
            press(phone, press_on)
            press(phone, "button[name=skip]")
            press(phone, "button[name=send]")
        press(phone, "main a.action.main")
        listed = phone.context.new_cdp_session(phone).send("Page.getNavigationHistory")
        histories.append([(row["url"], row["title"]) for row in listed["entries"]])
        phone.context.close()

    assert histories[0] == histories[1]


@LAPTOP
def test_a_survey_page_survives_a_network_that_breaks(phone, site):
    sign_in(phone, site, "en", "DEMPAT")
    phone.goto(f"{site}/en/way/continue/")
    press(phone, "button[value=yes]")
    for name in radio_names(phone):
        phone.check(f"input[name={name}][value='2']")

    phone.context.set_offline(True)
    phone.click("#page button.action")
    phone.wait_for_selector("[role=alert]")
    assert "Nothing is lost" in phone.inner_text("[role=alert]")
    phone.context.set_offline(False)
    press(phone, "#page button.action")

    assert "Page 2 of" in phone.inner_text("h1")


@LAPTOP
def test_switching_the_language_in_a_survey_keeps_page_and_answers(phone, site):
    phone.goto(f"{site}/km/join/START2/")
    phone.fill("input[name=family_name_km]", "ទេព")
    phone.fill("input[name=given_name_km]", "បុប្ផា")
    phone.fill("input[name=password]", "ស្ពាន-៩៨៧៦៥៤")
    press(phone, "main form:has(input[name=join_key]) button")
    phone.goto(f"{site}/km/way/continue/")
    press(phone, "button[value=yes]")
    phone.check("input[name=A01][value='4']")

    press(phone, "button[name=language]")

    assert phone.url == f"{site}/en/survey/demo-pre/"
    assert phone.is_checked("input[name=A01][value='4']")


def take_lesson(phone, go):
    while not phone.url.endswith("/check/"):
        if phone.query_selector("button[name=choice]"):
            stay(phone, "button[name=choice]")
        elif phone.query_selector("form[action$='/finish/'] button"):
            go("form[action$='/finish/'] button")
        else:
            go("main .action")
    stay(phone, "main form button.action")  # nothing chosen: a sentence, and no dead end
    for _ in range(30):
        if not radio_names(phone):
            return
        for name in radio_names(phone):
            tried = phone.eval_on_selector_all(
                f"input[name={name}]", "all => all.findIndex(radio => radio.checked)"
            )
            phone.check(f"input[name={name}] >> nth={tried + 1 if wrong(phone, name) else 0}")
        stay(phone, "main form button.action")
    raise AssertionError("no answer was right")


def stay(phone, selector):
    """Press a button whose answer takes the place of the page's main part."""
    main = phone.query_selector("main")
    phone.click(selector)
    phone.wait_for_function("main => !main.isConnected", arg=main)
    assert sideways(phone) is None


@LAPTOP
def test_back_leaves_a_situation_and_a_check_without_asking_to_send_again(phone, site):
    sign_in(phone, site, "en", "DEMPAT")
    for station, steps in (
        ("scenario", ["button[name=choice]"] * 2),
        ("check", ["main form .action"]),
    ):
        phone.goto(f"{site}/en/course/M3L4/")
        phone.goto(f"{site}/en/course/M3L4/{station}/")
        for selector in steps:
            stay(phone, selector)
        phone.go_back()
        assert phone.url == f"{site}/en/course/M3L4/"
        assert phone.query_selector("main h1")


def radio_names(page):
    return sorted(
        set(page.eval_on_selector_all("input[type=radio]", "all => all.map(radio => radio.name)"))
    )


def wrong(page, name):
    """Whether this question is answered and not right yet."""
    return page.eval_on_selector(
        f"fieldset:has(input[name={name}])",
        "set => !!set.querySelector('input:checked') && !!set.querySelector('.feedback.wrong')",
    )


@LAPTOP
def test_a_forgotten_password_and_a_certificate_on_one_page(chromium, site):
    """The trainer's one-time code opens the account again; its certificate prints on one A4."""
    trainer = chromium.new_context().new_page()
    sign_in(trainer, site, "en", "DEMTRA")
    trainer.goto(f"{site}/en/trainer/")
    press(trainer, "tr:has-text('simulated') a")
    press(trainer, "form[action*='/code/'] button")
    code = trainer.inner_text("p.code")
    own = trainer.inner_text("ol .mono")
    officer = chromium.new_context(viewport={"width": 360, "height": 740}).new_page()

    officer.goto(f"{site}/km/sign-in/code/")
    officer.fill("input[name=username]", own)
    officer.fill("input[name=code]", code.lower())
    press(officer, "main form button")
    officer.fill("input[name=password]", "ផ្លូវថ្មី-១២៣៤")
    press(officer, "main form button")
    officer.goto(f"{site}/km/way/")
    press(officer, "main a.action.main")
    pdf = officer.pdf(format="A4", print_background=True)

    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    for page in (trainer, officer):
        page.context.close()


@pytest.mark.parametrize(
    "where", [pytest.param("site", marks=LAPTOP), pytest.param("server_site", marks=SERVER)]
)
def test_a_worker_builds_a_file_that_the_evaluator_downloads(phone, request, where):
    site = request.getfixturevalue(where)
    sign_in(phone, site, "en", "DEMEVA")
    phone.goto(f"{site}/en/evaluation/")
    press(phone, "main a[href*='/releases/']")
    press(phone, "a[href$='/exports/']")
    phone.fill("input[name=words]", "To try the site")
    press(phone, "main form button")
    phone.wait_for_selector("a[href$='/file/']", timeout=120_000)  # the page renews itself
    press(phone, "a[href$='/file/']")
    phone.fill("input[name=password]", PASSWORD)
    with phone.expect_download() as waiting:
        phone.click("main form button")
    with ZipFile(waiting.value.path()) as bundle:
        raw = bundle.read("responses_wide.csv")
        names = bundle.namelist()

    assert raw.startswith(b"\xef\xbb\xbfparticipant,cohort,")
    assert raw.count(b"\r\n") > 40
    assert {"data_km.sav", "data.dta", "data.xlsx", "load.R", "MANIFEST.sha256"} <= set(names)


@LAPTOP
def test_a_release_is_built_while_the_page_is_open(phone, site):
    sign_in(phone, site, "km", "DEMEVA")
    phone.goto(f"{site}/km/evaluation/studies/DEMO/")
    for name in ("waves", "cohorts"):
        boxes = phone.locator(f"input[name={name}]")
        for n in range(boxes.count()):
            label = boxes.nth(n).locator("xpath=ancestor::label").inner_text()
            if name == "waves" or "សាកល្បង" in label:
                boxes.nth(n).check()
    phone.locator("input[name=waves]").nth(2).uncheck()
    press(phone, "form[action*='/releases/'] button")
    phone.wait_for_selector(".dumbbells", timeout=60_000)

    assert phone.locator("main").count() == 1  # the page itself, not one inside another
    assert sideways(phone) is None


@LAPTOP
def test_nothing_is_asked_of_a_foreign_server(phone, site):
    asked, refused = [], []
    phone.on("request", lambda request: asked.append(request.url))
    phone.on("console", lambda message: refused.append(message.text))
    for path in PAGES[None]:
        phone.goto(f"{site}/km/{path}")
    for code in ("DEMPAT", "DEMEVA"):
        sign_in(phone, site, "km", code)
        phone.context.clear_cookies()

    assert [url for url in asked if not url.startswith((site, "data:"))] == []
    assert [text for text in refused if "Content Security Policy" in text] == []


@LAPTOP
def test_the_demo_password_opens_nothing_but_demo_accounts(phone, site):
    sign_in(phone, site, "en", "NOBODY")

    assert "/sign-in/" in phone.url
    assert PASSWORD not in phone.content()
