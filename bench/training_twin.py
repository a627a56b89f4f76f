"""The step of `npm run bench -- training` in PyTorch, for comparison: a plain fine-tuning loop as one would write it there.

Started by bench/torch-twin.ts. The first line of the input says what is learned, every further line is a batch; for each line
one comes back, with the seconds that it took. Needs torch >= 2.4 and nothing else.
"""
import json
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional


def read_safetensors(path):
    """https://github.com/huggingface/safetensors#format: a length, a header in JSON, the numbers."""
    with open(path, "rb") as file:
        data = bytearray(file.read())
    header_bytes = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + header_bytes])
    types = {"F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32}
    tensors = {}
    for name, told in header.items():
        if name == "__metadata__" or told["dtype"] not in types:
            continue
        start, end = (8 + header_bytes + offset for offset in told["data_offsets"])
        numbers = torch.frombuffer(data[start:end], dtype=types[told["dtype"]])
        tensors[name] = numbers.float().reshape(told["shape"])
    return tensors


class Layer(nn.Module):
    def __init__(self, size):
        super().__init__()
        hidden, intermediate, epsilon = size["hidden"], size["intermediate"], size["epsilon"]
        self.heads, self.dropout = size["heads"], size["dropout"]
        self.query, self.key, self.value = (nn.Linear(hidden, hidden) for _ in range(3))
        self.attended = nn.Linear(hidden, hidden)
        self.attended_norm = nn.LayerNorm(hidden, epsilon)
        self.up, self.down = nn.Linear(hidden, intermediate), nn.Linear(intermediate, hidden)
        self.norm = nn.LayerNorm(hidden, epsilon)

    def forward(self, x, mask):
        texts, longest, hidden = x.shape
        by_head = lambda y: y.view(texts, longest, self.heads, hidden // self.heads).transpose(1, 2)
        mixed = functional.scaled_dot_product_attention(
            *(by_head(linear(x)) for linear in (self.query, self.key, self.value)),
            attn_mask=mask,
            dropout_p=self.dropout["attention"] if self.training else 0.0,
        )
        drop = lambda y: functional.dropout(y, self.dropout["hidden"], self.training)
        x = self.attended_norm(drop(self.attended(mixed.transpose(1, 2).reshape(texts, longest, hidden))) + x)
        return self.norm(drop(self.down(functional.gelu(self.up(x)))) + x)


class Encoder(nn.Module):
    def __init__(self, size, labels):
        super().__init__()
        hidden = size["hidden"]
        self.dropout = size["dropout"]
        self.words = nn.Embedding(size["vocabulary"], hidden)
        self.positions = nn.Embedding(size["positions"], hidden)
        self.types = nn.Embedding(size["tokenTypes"], hidden)
        self.norm = nn.LayerNorm(hidden, size["epsilon"])
        self.layers = nn.ModuleList(Layer(size) for _ in range(size["layers"]))
        self.head = nn.Linear(hidden, labels)

    def load(self, tensors):
        names = {"words": "word_embeddings", "positions": "position_embeddings", "types": "token_type_embeddings"}
        for ours, theirs in names.items():
            getattr(self, ours).weight.data.copy_(tensors[f"embeddings.{theirs}.weight"])
        pairs = [(self.norm, "embeddings.LayerNorm")]
        for number, layer in enumerate(self.layers):
            parts = {
                "attention.self.query": layer.query,
                "attention.self.key": layer.key,
                "attention.self.value": layer.value,
                "attention.output.dense": layer.attended,
                "attention.output.LayerNorm": layer.attended_norm,
                "intermediate.dense": layer.up,
                "output.dense": layer.down,
                "output.LayerNorm": layer.norm,
            }
            pairs += [(module, f"encoder.layer.{number}.{name}") for name, module in parts.items()]
        for module, name in pairs:
            module.weight.data.copy_(tensors[f"{name}.weight"])
            module.bias.data.copy_(tensors[f"{name}.bias"])

    def freeze(self, frozen_layers):
        """Freezes the embeddings and the layers below; 0 layers still freezes the embeddings."""
        for module in [self.words, self.positions, self.types, self.norm, *self.layers[:frozen_layers]]:
            module.requires_grad_(False)

    def forward(self, ids, lengths):
        places = torch.arange(ids.shape[1])
        real = places < lengths[:, None]
        mask = torch.zeros(real.shape).masked_fill(~real, -math.inf)[:, None, None, :]
        x = self.norm(self.words(ids) + self.positions(places) + self.types.weight[0])
        if self.words.weight.requires_grad:
            x = functional.dropout(x, self.dropout["hidden"], self.training)
        for layer in self.layers:
            x = layer(x, mask)
        pooled = (x * real[..., None]).sum(1) / lengths[:, None]
        vectors = functional.dropout(functional.normalize(pooled), self.dropout["vector"], self.training)
        return self.head(vectors)


def optimizer_of(encoder, rates):
    def group(names_head, decays):
        parameters = [
            parameter
            for name, parameter in encoder.named_parameters()
            if parameter.requires_grad
            and name.startswith("head.") == names_head
            and (parameter.dim() > 1) == decays
        ]
        rate = rates["head"] if names_head else rates["encoder"]
        return {"params": parameters, "lr": rate, "weight_decay": rates["weightDecay"] if decays else 0.0}

    return torch.optim.AdamW([group(head, decays) for head in (False, True) for decays in (False, True)], fused=True)


def main():
    answer = lambda told: print(json.dumps(told), flush=True)
    asked = json.loads(sys.stdin.readline())
    torch.manual_seed(1)
    torch.set_num_threads(asked["threads"])
    size = {**asked["architecture"], "dropout": asked["dropout"]}
    encoder = Encoder(size, asked["labels"])
    encoder.load(read_safetensors(asked["weights"]))
    encoder.train()
    if asked["frozenLayers"] is not None:
        encoder.freeze(asked["frozenLayers"])
        # What is frozen drops nothing, as with ours.
        for layer in encoder.layers[: asked["frozenLayers"]]:
            layer.eval()
    learning = [parameter for parameter in encoder.parameters() if parameter.requires_grad]
    optimizer = optimizer_of(encoder, asked["rates"])
    answer({"torch": torch.__version__})
    for line in sys.stdin:
        batch = json.loads(line)
        start = time.perf_counter()
        longest = max(map(len, batch["ids"]))
        ids = torch.tensor([row + [0] * (longest - len(row)) for row in batch["ids"]])
        lengths = torch.tensor([len(row) for row in batch["ids"]])
        loss = functional.cross_entropy(encoder(ids, lengths), torch.tensor(batch["labels"]))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(learning, asked["maxGradNorm"])
        optimizer.step()
        answer({"seconds": time.perf_counter() - start, "loss": loss.item()})


main()
