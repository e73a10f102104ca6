"""What an empty or a short list in a record proves: nothing by itself."""

from __future__ import annotations

from coupa_async.domain.api.nested_lists import AskedBy, ListPlace, NestedLists
from coupa_async.domain.order import AttachmentSource

ORDER = ListPlace(AttachmentSource.ORDER, AskedBy.NUMBERS, "attachments")


def test_a_list_is_whole_once_a_longer_one_was_seen() -> None:
    nested = NestedLists()
    assert not nested.is_whole(ORDER, 0)
    nested.see(ORDER, 2)
    assert [nested.is_whole(ORDER, length) for length in (0, 1, 2, 3)] == [True, True, False, False]


def test_of_another_kind_of_document_or_asked_for_otherwise_it_proves_nothing() -> None:
    nested = NestedLists()
    nested.see(ListPlace(AttachmentSource.REQUISITION, AskedBy.ID, "attachments"), 9)
    nested.see(ListPlace(AttachmentSource.ORDER, AskedBy.ID, "attachments"), 9)
    nested.see(ListPlace(AttachmentSource.ORDER, AskedBy.NUMBERS, "lines"), 9)
    assert not nested.is_whole(ORDER, 0)


def test_a_length_at_which_many_were_whole_is_believed_and_never_one_at_which_some_were_cut() -> None:
    nested = NestedLists()
    for _ in range(20):
        assert not nested.is_whole(ORDER, 2)
        nested.see(ORDER, 2)
        nested.compare(ORDER, 2, 2)
    assert nested.is_whole(ORDER, 2)
    nested.compare(ORDER, 2, 3)
    assert not nested.is_whole(ORDER, 2)


def test_an_empty_list_is_not_believed_however_often_it_was_right() -> None:
    nested = NestedLists()
    for _ in range(50):
        nested.see(ORDER, 0)
        nested.compare(ORDER, 0, 0)
    assert not nested.is_whole(ORDER, 0)
