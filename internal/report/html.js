// SPDX-License-Identifier: Apache-2.0
'use strict';
(() => {
	const $ = (selector) => document.querySelector(selector);
	const search = $('#search'), run = $('#run'), found = $('#found');
	const buttons = [...document.querySelectorAll('button[data-verdict]')];
	const rows = [...document.querySelectorAll('tbody tr')].map((tr) => ({
		tr, chunk: tr.parentNode, words: tr.dataset.words, shown: true,
		verdicts: [...tr.cells].slice(1).map((td) => td.className),
	}));

	const sizes = new Map(); // rows of each part of the table that are shown

	// matches tells whether a test is one of those that are asked for.
	const matches = (row, words, wanted, column) => {
		const of = column === '' ? row.verdicts : [row.verdicts[column]];
		return (wanted.size === 0 ? of.some((v) => v) : of.some((v) => wanted.has(v))) && words.every((w) => row.words.includes(w));
	};

	// filter shows what matches. A part of the table without a match takes no room;
	// that of the others is known without laying them out.
	const filter = () => {
		const words = search.value.toLowerCase().split(/\s+/).filter((w) => w);
		const wanted = new Set(buttons.filter((b) => b.ariaPressed === 'true').map((b) => b.dataset.verdict));
		const chunks = new Map();
		let n = 0;
		for (const row of rows) {
			const show = matches(row, words, wanted, run ? run.value : '');
			if (show !== row.shown) {
				row.tr.classList.toggle('out', !show);
				row.shown = show;
			}
			n += show;
			chunks.set(row.chunk, (chunks.get(row.chunk) || 0) + show);
		}
		for (const [chunk, shown] of chunks) {
			if (sizes.get(chunk) !== shown) {
				sizes.set(chunk, shown);
				chunk.classList.toggle('out', shown === 0);
				chunk.style.setProperty('--shown', shown);
			}
		}
		found.value = n === rows.length ? `${n} tests` : `${n} of ${rows.length} tests`;
	};
	search.addEventListener('input', filter);
	run?.addEventListener('change', filter);
	for (const b of buttons) {
		b.addEventListener('click', () => {
			b.ariaPressed = b.ariaPressed !== 'true';
			filter();
		});
	}
	$('form').addEventListener('submit', (e) => e.preventDefault());

	// shown is the article that is shown, by the address or as the first one.
	const shown = () => {
		const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
		return target && target.matches('article') ? target : $('article.first');
	};

	// show marks the result in the table, and brings the wrong row of the timeline
	// into sight.
	const show = (focus) => {
		const article = shown();
		if (!article) {
			return;
		}
		for (const a of document.querySelectorAll('table a[aria-current]')) {
			a.removeAttribute('aria-current');
		}
		const link = $(`table a[href="#${article.id}"]`);
		link?.setAttribute('aria-current', 'true');
		const picture = article.querySelector('.picture'), wrong = picture?.querySelector('.band.wrong');
		if (wrong) {
			picture.scrollTop = wrong.getBoundingClientRect().top - picture.getBoundingClientRect().top - picture.clientHeight / 2;
		}
		const diff = article.querySelector('.diff pre'), mark = diff?.querySelector('mark');
		if (mark) {
			diff.scrollTop = mark.offsetTop - diff.offsetTop - diff.clientHeight / 3;
		}
		if (focus) {
			link?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
			article.focus({ preventScroll: matchMedia('(min-width: 861px)').matches });
			article.parentNode.scrollTop = 0;
		}
	};
	addEventListener('hashchange', () => show(true));
	show(false);

	// step goes to the next result that did not pass, of those that the filter shows.
	const step = (by) => {
		const links = rows.filter((r) => r.shown).flatMap((r) => [...r.tr.querySelectorAll('td a')]);
		const at = links.findIndex((a) => a.hasAttribute('aria-current'));
		const next = links[at + by];
		if (next) {
			location.hash = next.hash;
		}
	};
	addEventListener('keydown', (e) => {
		if (e.ctrlKey || e.altKey || e.metaKey || e.target.matches('input, select')) {
			return;
		}
		const act = { '/': () => search.focus(), n: () => step(1), p: () => step(-1) }[e.key];
		if (act) {
			e.preventDefault();
			act();
		}
	});

	// copy copies the text beside a button. Where the browser keeps the clipboard to
	// itself, the text is selected for whoever asked for it.
	const copy = async (button) => {
		const text = button.parentNode.querySelector('code, pre');
		const said = button.textContent;
		try {
			await navigator.clipboard.writeText(text.textContent);
			button.textContent = 'Copied';
		} catch {
			getSelection().selectAllChildren(text);
			button.textContent = document.execCommand('copy') ? 'Copied' : 'Selected';
		}
		setTimeout(() => { button.textContent = said; }, 2000);
	};
	document.addEventListener('click', (e) => {
		if (e.target.matches('.copy')) {
			copy(e.target);
		}
	});
})();
