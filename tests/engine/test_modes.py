"""Grad mode: blocks, decorators, exceptions, threads and tasks."""

import asyncio
import threading

import pytest

import tinygrad_np as tg


def test_blocks_nest_and_restore():
    assert tg.is_grad_enabled()
    with tg.no_grad():
        assert not tg.is_grad_enabled()
        with tg.enable_grad():
            assert tg.is_grad_enabled()
        assert not tg.is_grad_enabled()
    assert tg.is_grad_enabled()


def test_restored_on_an_exception():
    with pytest.raises(ValueError, match="inside"), tg.no_grad():
        raise ValueError("inside")
    assert tg.is_grad_enabled()


def test_decorators():
    @tg.no_grad()
    def f(x):
        """Say so."""
        return tg.is_grad_enabled(), x

    assert f(x=1) == (False, 1)
    assert f.__doc__ == "Say so."
    assert tg.is_grad_enabled()

    @tg.no_grad()
    async def g():
        await asyncio.sleep(0)
        return tg.is_grad_enabled()

    assert asyncio.run(g()) is False

    with pytest.raises(TypeError, match=r"generator values.*with no_grad\(\)"):

        @tg.no_grad()
        def values():
            yield 1


def test_one_instance_entered_by_several_threads_at_once():
    mode = tg.no_grad()
    inside, leave = threading.Barrier(4), threading.Barrier(4)
    seen = []

    def work(enabled_outside):
        with tg.enable_grad() if enabled_outside else tg.no_grad():
            with mode:
                inside.wait()
                leave.wait()
            seen.append(tg.is_grad_enabled() == enabled_outside)

    threads = [threading.Thread(target=work, args=(i % 2 == 0,)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert seen == [True] * 4


def test_each_task_has_its_own_mode():
    async def work(mode, expected):
        with mode:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            return tg.is_grad_enabled() is expected

    async def main():
        modes = [(tg.no_grad(), False), (tg.enable_grad(), True)] * 4
        return await asyncio.gather(*(work(*m) for m in modes))

    assert all(asyncio.run(main()))
