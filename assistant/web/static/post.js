"use strict";

const button = document.getElementById("copy");
const post = document.getElementById("post");

button.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(post.textContent);
  } catch {
    getSelection().selectAllChildren(post);
    document.execCommand("copy");
  }
  button.textContent = button.dataset.done;
});
