"""What a page may be built of without saying whose it is: allow-lists for elements, roles, types and words of ids."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ELEMENTS = _words(
    """
    html head title body header footer main nav section article aside div p h1 h2 h3 h4 h5 h6 hgroup address
    blockquote pre hr ul ol li menu dl dt dd figure figcaption a abbr b bdi bdo br cite code data dfn em i kbd
    mark q s samp small span strong sub sup time u var wbr del ins img picture table caption colgroup col tbody
    thead tfoot tr td th form label input button select datalist optgroup option textarea output progress meter
    fieldset legend details summary dialog font center big tt strike
    """
)
ROLES = _words(
    """
    alert alertdialog application article banner button cell checkbox columnheader combobox complementary
    contentinfo dialog document feed figure form grid gridcell group heading img link list listbox listitem log
    main menu menubar menuitem navigation none note option presentation progressbar radio radiogroup region row
    rowgroup rowheader search searchbox separator slider spinbutton status switch tab table tablist tabpanel
    term textbox timer toolbar tooltip tree treegrid treeitem
    """
)
TYPES = _words(
    """
    button checkbox color date datetime-local email file hidden image month number password radio range reset
    search submit tel text time url week
    """
)
WORDS = _words(
    """
    a accounts active add address alert all amount and app approval arrow at attachment attachments back badge
    banner bar bill billing block body bold border bottom box btn button buttons by c cancel caption card cart
    cell center check checkbox clear close closed col collapse column comment comments contact container content
    controller count coupa created currency d data date default delete department description detail details
    dialog disabled div document documents download dropdown edit element email empty entries error errors expand f
    field fields file files filter first flash flex float floating footer for form full grid group h has header
    headers heading hidden hide history home horizontal hover icon id image img in index info inline inner input
    intent invoice invoiced is issued item items js key label large last layout left line lines link links list
    loading local login logo main md menu message messages middle modal mount name nav need new next no none
    note notice num number off ok old on open option order orders outer p page pager pagination panel part
    password payment per po popup prev price primary print purchase quantity r readable receipt received receiving
    requester required requisition requisitions revision right row rows s save scroll search secondary section
    select selected session sessions ship shipping show side sidebar sign size sm small sort spacer span state
    status step sub submit subtotal success summary supplier suppliers tab table tabs tag target tax td term
    text th thead title to toggle toolbar tooltip top total tr type ul underline up upload url user value
    version view visible warning wide width wrap wrapper x xl xs
    """
)
PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[_-]+")
"""Words, numbers and marks of an id: ``lineItem_12`` is ``line``, ``Item``, ``_``, ``12``."""
PLAIN = {
    "role": lambda value: value in ROLES,
    "type": lambda value: value.lower() in TYPES,
    "lang": lambda value: re.fullmatch(r"[a-z]{2}(?:-[A-Z]{2})?", value) is not None,
    "dir": lambda value: value in ("ltr", "rtl", "auto"),
    "rel": lambda value: value in ("next", "prev"),
    **dict.fromkeys(("selected", "disabled"), lambda value: value in ("", "selected", "disabled")),
    "hidden": lambda value: value in ("", "hidden", "until-found"),
    **dict.fromkeys(("tabindex", "colspan", "rowspan"), lambda value: re.fullmatch(r"-?[0-9]{0,3}", value) is not None),
    **dict.fromkeys(
        ("data-controller", "data-action"),
        lambda value: bool(value) and all(word in WORDS for word in value.split("_")),
    ),
}
"""Whether an attribute's value says nothing of anybody."""
