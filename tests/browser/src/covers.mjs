// Cover art for stories: drawn by the browser, so that it is a real picture of a real size.

/** A PNG of 300 x 450 with the title on it. */
export async function picture(browser, title, from = '#2f7d6b', to = '#10303d') {
  const page = await browser.newPage({viewport: {width: 300, height: 450}});
  try {
    const text = title.replace(/[<&]/g, '');
    await page.setContent(`<style>body{margin:0}</style>
      <svg xmlns="http://www.w3.org/2000/svg" width="300" height="450" viewBox="0 0 300 450">
        <defs><linearGradient id="g" x1="0" y1="0" x2=".4" y2="1">
          <stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient></defs>
        <rect width="300" height="450" fill="url(#g)"/>
        <circle cx="215" cy="120" r="64" fill="#fff" opacity=".14"/>
        <path d="M0 300Q90 220 160 290T300 260V450H0z" fill="#fff" opacity=".16"/>
        <path d="M0 360Q110 280 170 350T300 330V450H0z" fill="#fff" opacity=".22"/>
        <text x="24" y="420" font-family="sans-serif" font-weight="700" font-size="30" fill="#fff">${text}</text>
      </svg>`);
    return await page.screenshot({type: 'png'});
  } finally {
    await page.close();
  }
}
