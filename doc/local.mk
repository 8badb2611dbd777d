dist_man_MANS += doc/boxwood.1 doc/boxwood-mailrc.5
dist_doc_DATA = README.md NEWS mailrc.example
EXTRA_DIST += doc/architecture.md doc/asking.md doc/cases.md doc/changes.md doc/compared-html.md \
	doc/compared-with-mutt.md doc/expectations.md doc/parts.md doc/performance.md doc/reading.md doc/sending.md \
	doc/setup.md doc/tasks.md doc/terminal.md doc/threads.md \
	doc/frames/boxwood.1.in doc/frames/boxwood-mailrc.5.in doc/frames/boxwood.in doc/frames/_boxwood.in \
	doc/frames/boxwood.fish.in doc/frames/mailrc.example.in

bashcompdir = $(datadir)/bash-completion/completions
dist_bashcomp_DATA = doc/completion/boxwood
zshcompdir = $(datadir)/zsh/site-functions
dist_zshcomp_DATA = doc/completion/_boxwood
fishcompdir = $(datadir)/fish/vendor_completions.d
dist_fishcomp_DATA = doc/completion/boxwood.fish
