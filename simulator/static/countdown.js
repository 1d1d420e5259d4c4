"use strict";
const place = document.querySelector("[data-seconds]");
if (place) {
  const ends = Date.now() + Number(place.dataset.seconds) * 1000;
  const show = () => {
    const left = Math.max(0, Math.round((ends - Date.now()) / 1000));
    place.textContent = `(${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")})`;
  };
  show();
  setInterval(show, 1000);
}
