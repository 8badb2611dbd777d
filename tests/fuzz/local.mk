# A fuzz target a parser: tests/fuzz/fuzz_X.c, linked with its own room and those below, seeds in tests/fuzz/seeds/X,
# words in tests/fuzz/fuzz_X.dict. `make check` runs the seeds and some mutations of them; configured with --enable-fuzz
# (CC=clang), `make fuzz SECONDS=60` lets libFuzzer work on each for so long.
FUZZERS = \
	tests/fuzz/fuzz_autoconfig \
	tests/fuzz/fuzz_clean \
	tests/fuzz/fuzz_compose_build \
	tests/fuzz/fuzz_compose_flow \
	tests/fuzz/fuzz_compose_form \
	tests/fuzz/fuzz_http \
	tests/fuzz/fuzz_imap_bodystructure \
	tests/fuzz/fuzz_imap_response \
	tests/fuzz/fuzz_imap_session \
	tests/fuzz/fuzz_imap_utf7 \
	tests/fuzz/fuzz_mailcap \
	tests/fuzz/fuzz_mailrc \
	tests/fuzz/fuzz_mailrc_edit \
	tests/fuzz/fuzz_mailrc_import \
	tests/fuzz/fuzz_msg_address \
	tests/fuzz/fuzz_msg_authres \
	tests/fuzz/fuzz_msg_calendar \
	tests/fuzz/fuzz_msg_date \
	tests/fuzz/fuzz_msg_head \
	tests/fuzz/fuzz_msg_html \
	tests/fuzz/fuzz_msg_mailto \
	tests/fuzz/fuzz_msg_mbox \
	tests/fuzz/fuzz_msg_parts \
	tests/fuzz/fuzz_msg_prepare \
	tests/fuzz/fuzz_msg_report \
	tests/fuzz/fuzz_msg_rtf \
	tests/fuzz/fuzz_msg_subject \
	tests/fuzz/fuzz_msg_text \
	tests/fuzz/fuzz_msg_vcard \
	tests/fuzz/fuzz_msg_within \
	tests/fuzz/fuzz_msg_words \
	tests/fuzz/fuzz_pattern \
	tests/fuzz/fuzz_sasl \
	tests/fuzz/fuzz_smtp_session
EXTRA_DIST += tests/fuzz/run tests/fuzz/seeds \
	tests/fuzz/fuzz_imap_bodystructure.dict \
	tests/fuzz/fuzz_imap_response.dict \
	tests/fuzz/fuzz_imap_session.dict \
	tests/fuzz/fuzz_mailrc.dict \
	tests/fuzz/fuzz_msg_vcard.dict \
	tests/fuzz/fuzz_pattern.dict \
	tests/fuzz/fuzz_msg_calendar.dict \
	tests/fuzz/fuzz_sasl.dict \
	tests/fuzz/fuzz_smtp_session.dict

if FUZZ
noinst_PROGRAMS += $(FUZZERS)
FUZZ_MAIN =
FUZZ_LINK = $(AM_LDFLAGS) -fsanitize=fuzzer
else
check_PROGRAMS += $(FUZZERS)
FUZZ_MAIN = tests/fuzz/driver.c
FUZZ_LINK = $(AM_LDFLAGS)
endif

tests_fuzz_fuzz_clean_SOURCES = tests/fuzz/fuzz_clean.c $(FUZZ_MAIN)
tests_fuzz_fuzz_clean_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_clean_LDADD = $(LINK_BASE)

tests_fuzz_fuzz_compose_build_SOURCES = tests/fuzz/fuzz_compose_build.c $(FUZZ_MAIN)
tests_fuzz_fuzz_compose_build_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_compose_build_LDADD = $(LINK_COMPOSE)

tests_fuzz_fuzz_compose_flow_SOURCES = tests/fuzz/fuzz_compose_flow.c $(FUZZ_MAIN)
tests_fuzz_fuzz_compose_flow_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_compose_flow_LDADD = $(LINK_COMPOSE)

tests_fuzz_fuzz_compose_form_SOURCES = tests/fuzz/fuzz_compose_form.c $(FUZZ_MAIN)
tests_fuzz_fuzz_compose_form_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_compose_form_LDADD = $(LINK_COMPOSE)

tests_fuzz_fuzz_http_SOURCES = tests/fuzz/fuzz_http.c $(FUZZ_MAIN)
tests_fuzz_fuzz_http_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_http_LDADD = $(LINK_NET) $(LINK_BASE)

tests_fuzz_fuzz_imap_bodystructure_SOURCES = tests/fuzz/fuzz_imap_bodystructure.c $(FUZZ_MAIN)
tests_fuzz_fuzz_imap_bodystructure_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_imap_bodystructure_LDADD = $(LINK_IMAP)

tests_fuzz_fuzz_imap_response_SOURCES = tests/fuzz/fuzz_imap_response.c $(IMAP_SHOW) $(FUZZ_MAIN)
tests_fuzz_fuzz_imap_response_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_imap_response_LDADD = $(LINK_IMAP)

tests_fuzz_fuzz_imap_session_SOURCES = tests/fuzz/fuzz_imap_session.c $(FUZZ_MAIN)
tests_fuzz_fuzz_imap_session_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_imap_session_LDADD = $(LINK_IMAP)

tests_fuzz_fuzz_imap_utf7_SOURCES = tests/fuzz/fuzz_imap_utf7.c $(FUZZ_MAIN)
tests_fuzz_fuzz_imap_utf7_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_imap_utf7_LDADD = $(LINK_IMAP)

tests_fuzz_fuzz_mailcap_SOURCES = tests/fuzz/fuzz_mailcap.c $(FUZZ_MAIN)
tests_fuzz_fuzz_mailcap_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_mailcap_LDADD = $(LINK_APP)

tests_fuzz_fuzz_autoconfig_SOURCES = tests/fuzz/fuzz_autoconfig.c $(FUZZ_MAIN)
tests_fuzz_fuzz_autoconfig_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_autoconfig_LDADD = src/config/libconfig.a $(LINK_BASE)
tests_fuzz_fuzz_mailrc_SOURCES = tests/fuzz/fuzz_mailrc.c $(FUZZ_MAIN)
tests_fuzz_fuzz_mailrc_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_mailrc_LDADD = src/config/libconfig.a $(LINK_BASE)
tests_fuzz_fuzz_mailrc_edit_SOURCES = tests/fuzz/fuzz_mailrc_edit.c $(FUZZ_MAIN)
tests_fuzz_fuzz_mailrc_edit_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_mailrc_edit_LDADD = src/config/libconfig.a $(LINK_BASE)
tests_fuzz_fuzz_mailrc_import_SOURCES = tests/fuzz/fuzz_mailrc_import.c $(FUZZ_MAIN)
tests_fuzz_fuzz_mailrc_import_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_mailrc_import_LDADD = src/config/libconfig.a $(LINK_BASE)

tests_fuzz_fuzz_msg_address_SOURCES = tests/fuzz/fuzz_msg_address.c $(FUZZ_MAIN)
tests_fuzz_fuzz_msg_address_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_msg_address_LDADD = $(LINK_MSG) $(LINK_BASE)

tests_fuzz_fuzz_msg_authres_SOURCES = tests/fuzz/fuzz_msg_authres.c $(FUZZ_MAIN)
tests_fuzz_fuzz_msg_authres_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_msg_authres_LDADD = $(LINK_MSG) $(LINK_BASE)

tests_fuzz_fuzz_msg_calendar_SOURCES = tests/fuzz/fuzz_msg_calendar.c $(FUZZ_MAIN)
tests_fuzz_fuzz_msg_calendar_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_msg_calendar_LDADD = $(LINK_MSG) $(LINK_BASE)

tests_fuzz_fuzz_msg_date_SOURCES = tests/fuzz/fuzz_msg_date.c $(FUZZ_MAIN)
tests_fuzz_fuzz_msg_date_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_msg_date_LDADD = $(LINK_MSG) $(LINK_BASE)

tests_fuzz_fuzz_msg_head_SOURCES = tests/fuzz/fuzz_msg_head.c $(FUZZ_MAIN)
tests_fuzz_fuzz_msg_head_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_msg_head_LDADD = $(LINK_MSG) $(LINK_BASE)

tests_fuzz_fuzz_msg_html_SOURCES = tests/fuzz/fuzz_msg_html.c $(FUZZ_MAIN)
tests_fuzz_fuzz_msg_html_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_msg_html_LDADD = $(LINK_MSG) $(LINK_BASE)

tests_fuzz_fuzz_msg_mailto_SOURCES = tests/fuzz/fuzz_msg_mailto.c $(FUZZ_MAIN)
tests_fuzz_fuzz_msg_mailto_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_msg_mailto_LDADD = $(LINK_MSG) $(LINK_BASE)

tests_fuzz_fuzz_msg_mbox_SOURCES = tests/fuzz/fuzz_msg_mbox.c $(FUZZ_MAIN)
tests_fuzz_fuzz_msg_mbox_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_msg_mbox_LDADD = $(LINK_MSG) $(LINK_BASE)

tests_fuzz_fuzz_msg_report_SOURCES = tests/fuzz/fuzz_msg_report.c $(FUZZ_MAIN)
tests_fuzz_fuzz_msg_report_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_msg_report_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_fuzz_fuzz_msg_parts_SOURCES = tests/fuzz/fuzz_msg_parts.c $(FUZZ_MAIN)
tests_fuzz_fuzz_msg_parts_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_msg_parts_LDADD = $(LINK_MSG) $(LINK_BASE)

tests_fuzz_fuzz_msg_prepare_SOURCES = tests/fuzz/fuzz_msg_prepare.c $(FUZZ_MAIN)
tests_fuzz_fuzz_msg_prepare_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_msg_prepare_LDADD = $(LINK_MSG) $(LINK_BASE)

tests_fuzz_fuzz_msg_rtf_SOURCES = tests/fuzz/fuzz_msg_rtf.c $(FUZZ_MAIN)
tests_fuzz_fuzz_msg_rtf_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_msg_rtf_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_fuzz_fuzz_msg_subject_SOURCES = tests/fuzz/fuzz_msg_subject.c $(FUZZ_MAIN)
tests_fuzz_fuzz_msg_subject_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_msg_subject_LDADD = $(LINK_MSG) $(LINK_BASE)

tests_fuzz_fuzz_msg_text_SOURCES = tests/fuzz/fuzz_msg_text.c $(FUZZ_MAIN)
tests_fuzz_fuzz_msg_text_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_msg_text_LDADD = $(LINK_MSG) $(LINK_BASE)

tests_fuzz_fuzz_msg_vcard_SOURCES = tests/fuzz/fuzz_msg_vcard.c $(FUZZ_MAIN)
tests_fuzz_fuzz_msg_vcard_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_msg_vcard_LDADD = $(LINK_MSG) $(LINK_BASE)
tests_fuzz_fuzz_msg_within_SOURCES = tests/fuzz/fuzz_msg_within.c $(FUZZ_MAIN)
tests_fuzz_fuzz_msg_within_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_msg_within_LDADD = $(LINK_MSG) $(LINK_BASE)

tests_fuzz_fuzz_msg_words_SOURCES = tests/fuzz/fuzz_msg_words.c $(FUZZ_MAIN)
tests_fuzz_fuzz_msg_words_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_msg_words_LDADD = $(LINK_MSG) $(LINK_BASE)

tests_fuzz_fuzz_pattern_SOURCES = tests/fuzz/fuzz_pattern.c $(FUZZ_MAIN)
tests_fuzz_fuzz_pattern_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_pattern_LDADD = $(LINK_APP)

tests_fuzz_fuzz_sasl_SOURCES = tests/fuzz/fuzz_sasl.c $(FUZZ_MAIN)
tests_fuzz_fuzz_sasl_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_sasl_LDADD = $(LINK_NET) $(LINK_BASE)

tests_fuzz_fuzz_smtp_session_SOURCES = tests/fuzz/fuzz_smtp_session.c $(FUZZ_MAIN)
tests_fuzz_fuzz_smtp_session_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_smtp_session_LDADD = $(LINK_SMTP)

SECONDS = 60
.PHONY: fuzz
fuzz: $(FUZZERS)
if FUZZ
	@TOP_SRCDIR='$(abs_top_srcdir)' $(top_srcdir)/tests/fuzz/run $(SECONDS) $(FUZZERS)
else
	@echo 'make fuzz: configure with --enable-fuzz CC=clang first' >&2; exit 1
endif
