"""Answers with mlx-lm's own `stream_generate`: `python mlx_lm_chat.py BASE [ADAPTER]`.

Each line of stdin is a question and how many tokens to say at the most, as JSON; for each a line
of JSON comes back: the tokens, the seconds after the first one, and the first one's.
"""

import json
import sys
import time

from jessy_tui.training.blas import preload


def main() -> None:
    base, *adapter = sys.argv[1:]
    preload()
    from mlx_lm import load, stream_generate

    model, tokenizer, *_ = load(base, adapter_path=adapter[0] if adapter else None)
    print("{}", flush=True)
    for line in sys.stdin:
        question, most = json.loads(line)
        turns = [{"role": "user", "content": question}]
        prompt = tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=False)
        began = time.perf_counter()
        times = []
        for reply in stream_generate(model, tokenizer, prompt, max_tokens=most):
            if reply.finish_reason is None or len(times) < reply.generation_tokens:
                times.append(time.perf_counter())
        said = {
            "tokens": len(times),
            "decoding": times[-1] - times[0],
            "first": times[0] - began,
        }
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
