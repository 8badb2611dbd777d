check_PROGRAMS += \
	tests/unit/msg/test_address \
	tests/unit/msg/test_authres \
	tests/unit/msg/test_calendar \
	tests/unit/msg/test_charset \
	tests/unit/msg/test_date \
	tests/unit/msg/test_decode \
	tests/unit/msg/test_flags \
	tests/unit/msg/test_header \
	tests/unit/msg/test_html \
	tests/unit/msg/test_list \
	tests/unit/msg/test_magic \
	tests/unit/msg/test_marks \
	tests/unit/msg/test_mbox \
	tests/unit/msg/test_part \
	tests/unit/msg/test_report \
	tests/unit/msg/test_rtf \
	tests/unit/msg/test_samples \
	tests/unit/msg/test_seal \
	tests/unit/msg/test_text \
	tests/unit/msg/test_thread \
	tests/unit/msg/test_vcard \
	tests/unit/msg/test_within \
	tests/unit/msg/test_words
tests_unit_msg_test_address_SOURCES = tests/unit/msg/test_address.c $(UNIT)
tests_unit_msg_test_address_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_authres_SOURCES = tests/unit/msg/test_authres.c $(UNIT)
tests_unit_msg_test_authres_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_calendar_SOURCES = tests/unit/msg/test_calendar.c $(UNIT)
tests_unit_msg_test_calendar_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_charset_SOURCES = tests/unit/msg/test_charset.c $(UNIT)
tests_unit_msg_test_charset_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_date_SOURCES = tests/unit/msg/test_date.c $(UNIT)
tests_unit_msg_test_date_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_decode_SOURCES = tests/unit/msg/test_decode.c $(UNIT)
tests_unit_msg_test_decode_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_flags_SOURCES = tests/unit/msg/test_flags.c $(UNIT)
tests_unit_msg_test_flags_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_header_SOURCES = tests/unit/msg/test_header.c $(UNIT)
tests_unit_msg_test_header_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_html_SOURCES = tests/unit/msg/test_html.c tests/unit/msg/lay.c tests/unit/msg/lay.h $(UNIT)
tests_unit_msg_test_html_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_list_SOURCES = tests/unit/msg/test_list.c $(UNIT)
tests_unit_msg_test_list_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_magic_SOURCES = tests/unit/msg/test_magic.c $(UNIT)
tests_unit_msg_test_marks_SOURCES = tests/unit/msg/test_marks.c $(UNIT)
tests_unit_msg_test_marks_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_mbox_SOURCES = tests/unit/msg/test_mbox.c $(UNIT)
tests_unit_msg_test_magic_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_mbox_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_report_SOURCES = tests/unit/msg/test_report.c $(UNIT)
tests_unit_msg_test_report_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_part_SOURCES = tests/unit/msg/test_part.c $(UNIT)
tests_unit_msg_test_part_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_rtf_SOURCES = tests/unit/msg/test_rtf.c $(UNIT)
tests_unit_msg_test_rtf_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_samples_SOURCES = tests/unit/msg/test_samples.c $(UNIT)
tests_unit_msg_test_samples_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_seal_SOURCES = tests/unit/msg/test_seal.c $(UNIT)
tests_unit_msg_test_seal_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_text_SOURCES = tests/unit/msg/test_text.c $(UNIT)
tests_unit_msg_test_text_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_thread_SOURCES = tests/unit/msg/test_thread.c $(UNIT)
tests_unit_msg_test_thread_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_vcard_SOURCES = tests/unit/msg/test_vcard.c $(UNIT)
tests_unit_msg_test_vcard_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_within_SOURCES = tests/unit/msg/test_within.c $(UNIT)
tests_unit_msg_test_within_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_unit_msg_test_words_SOURCES = tests/unit/msg/test_words.c $(UNIT)
tests_unit_msg_test_words_LDADD = $(LINK_MSG) $(LINK_BASE)
EXTRA_DIST += \
	tests/data/msg/Apache-2.0.txt \
	tests/data/msg/README \
	tests/data/msg/bad-newlines-multiple-parts-base64.msg \
	tests/data/msg/base64encoded-rfc822message-nested.msg \
	tests/data/msg/basic-plain-with-bad-header-separator.msg \
	tests/data/msg/boundary-name-clash.msg \
	tests/data/msg/ending-boundaries.msg \
	tests/data/msg/intermediate-boundaries.msg \
	tests/data/msg/malformedHeader-nocrlfcrlf.msg \
	tests/data/msg/missing-inner-start-boundary.msg \
	tests/data/msg/multipartdigestnestedemptyparts.msg \
	tests/data/msg/obsolete.msg \
	tests/data/msg/rfc-000.eml \
	tests/data/msg/rfc-002.eml \
	tests/data/msg/rfc-007.eml \
	tests/data/msg/rfc-008.eml \
	tests/data/msg/rfc-009.eml \
	tests/data/msg/russian-headers.msg \
	tests/data/msg/weird-boundary.msg
