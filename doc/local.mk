dist_man_MANS += doc/boxwood.1 doc/boxwood-mailrc.5
dist_doc_DATA = README.md NEWS mailrc.example
EXTRA_DIST += doc/setup.md doc/architecture.md doc/cases.md doc/changes.md doc/expectations.md doc/compared-with-mutt.md doc/performance.md \
	doc/asking.md doc/compared-html.md doc/sending.md \
EXTRA_DIST += doc/architecture.md doc/cases.md doc/changes.md doc/expectations.md doc/compared-with-mutt.md doc/performance.md \
	doc/asking.md doc/compared-html.md doc/sending.md doc/threads.md \
	doc/asking.md doc/parts.md \
	doc/reading.md \
	doc/terminal.md \
	doc/sending.md \
	doc/sending.md doc/parts.md \
	doc/asking.md doc/parts.md doc/reading.md doc/sending.md \
	doc/frames/boxwood.1.in doc/frames/boxwood-mailrc.5.in doc/frames/boxwood.in doc/frames/_boxwood.in \
	doc/frames/boxwood.fish.in doc/frames/mailrc.example.in

bashcompdir = $(datadir)/bash-completion/completions
dist_bashcomp_DATA = doc/completion/boxwood
zshcompdir = $(datadir)/zsh/site-functions
dist_zshcomp_DATA = doc/completion/_boxwood
fishcompdir = $(datadir)/fish/vendor_completions.d
dist_fishcomp_DATA = doc/completion/boxwood.fish
