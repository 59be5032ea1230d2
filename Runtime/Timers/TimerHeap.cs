namespace TopHalf.Timers;

/// <summary>The timers that are set, the next to expire first: a binary heap that knows where each timer is, so that any can be moved or removed. Not thread-safe.</summary>
internal sealed class TimerHeap
{
    private const int NotHere = -1;

    private ProvidedTimer[] _timers = new ProvidedTimer[16];

    /// <summary>How many timers are set.</summary>
    public int Count { get; private set; }

    /// <summary>The next to expire, if there is one.</summary>
    public ProvidedTimer First => _timers[0];

    /// <summary>Puts a timer where its due time belongs, whether it is here already or not.</summary>
    public void Set(ProvidedTimer timer, long due)
    {
        timer.Due = due;
        if (timer.HeapIndex == NotHere)
        {
            if (Count == _timers.Length)
            {
                Array.Resize(ref _timers, Count * 2);
            }

            Place(timer, Count++);
        }

        Sink(Rise(timer));
    }

    /// <summary>Takes a timer out, if it is here.</summary>
    public void Remove(ProvidedTimer timer)
    {
        int hole = timer.HeapIndex;
        if (hole == NotHere)
        {
            return;
        }

        timer.HeapIndex = NotHere;
        ProvidedTimer last = _timers[--Count];
        _timers[Count] = null!; // Not kept alive.
        if (last != timer)
        {
            Place(last, hole);
            Sink(Rise(last));
        }
    }

    private ProvidedTimer Rise(ProvidedTimer timer)
    {
        int at = timer.HeapIndex;
        for (int parent = (at - 1) / 2; at > 0 && timer.Due < _timers[parent].Due; parent = (at - 1) / 2)
        {
            Place(_timers[parent], at);
            at = parent;
        }

        Place(timer, at);
        return timer;
    }

    private void Sink(ProvidedTimer timer)
    {
        int at = timer.HeapIndex;
        for (int child = (at * 2) + 1; child < Count; child = (at * 2) + 1)
        {
            if (child + 1 < Count && _timers[child + 1].Due < _timers[child].Due)
            {
                child++;
            }

            if (timer.Due <= _timers[child].Due)
            {
                break;
            }

            Place(_timers[child], at);
            at = child;
        }

        Place(timer, at);
    }

    private void Place(ProvidedTimer timer, int index)
    {
        _timers[index] = timer;
        timer.HeapIndex = index;
    }
}
