using System.Globalization;
using System.Text;

namespace TopHalf.Benchmarks;

/// <summary>
/// Source code of an ordinary program, a hundred thousand lines or as many as asked for, with handlers among them: for what analysis costs. Each
/// file differs from the others in its names and numbers, and has what such programs have: records, queries, async methods, switches, events.
/// </summary>
internal static class Corpus
{
    private const int LinesOfType = 120;

    public static IEnumerable<(string Path, string Text)> Files(int lines, int handlers)
    {
        int types = Math.Max(1, lines / LinesOfType);
        for (int i = 0; i < types; i++)
        {
            yield return ($"Service{i}.cs", Service(i));
        }

        for (int i = 0; i < handlers; i++)
        {
            yield return ($"Handler{i}.cs", Handler(i));
        }
    }

    private static string Service(int number)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $$"""
            using System;
            using System.Collections.Generic;
            using System.Linq;
            using System.Text;
            using System.Threading;
            using System.Threading.Tasks;

            namespace Corpus.Area{{number % 20}};

            public sealed record Order{{number}}(int Id, string Customer, decimal Amount, DateTime Placed)
            {
                public bool IsLarge => Amount > {{100 + number}}m;

                public override string ToString() => $"{Id}: {Customer} ({Amount:F2})";
            }

            public interface IStore{{number}}
            {
                Task<IReadOnlyList<Order{{number}}>> LoadAsync(string customer, CancellationToken cancellation);

                void Save(Order{{number}} order);
            }

            public sealed class Service{{number}} : IDisposable
            {
                private readonly IStore{{number}} _store;
                private readonly Dictionary<string, List<Order{{number}}>> _cache = new();
                private readonly object _gate = new();
                private int _requests;
                private long _total;
                private bool _disposed;

                public Service{{number}}(IStore{{number}} store) => _store = store ?? throw new ArgumentNullException(nameof(store));

                public event EventHandler<Order{{number}}>? Saved;

                public int Requests => _requests;

                public long this[int index] => index < 0 ? throw new ArgumentOutOfRangeException(nameof(index)) : _total + index;

                public async Task<decimal> SumAsync(string customer, CancellationToken cancellation = default)
                {
                    _requests++;
                    IReadOnlyList<Order{{number}}> orders = await _store.LoadAsync(customer, cancellation).ConfigureAwait(false);
                    decimal sum = 0;
                    foreach (Order{{number}} order in orders.Where(o => o.IsLarge).OrderBy(o => o.Placed))
                    {
                        cancellation.ThrowIfCancellationRequested();
                        sum += order.Amount * {{number + 1}}m / 100m;
                    }

                    return Math.Round(sum, 2);
                }

                public void Add(Order{{number}} order)
                {
                    lock (_gate)
                    {
                        if (!_cache.TryGetValue(order.Customer, out List<Order{{number}}>? orders))
                        {
                            orders = new List<Order{{number}}>();
                            _cache[order.Customer] = orders;
                        }

                        orders.Add(order);
                        _total += (long)order.Amount;
                    }

                    _store.Save(order);
                    Saved?.Invoke(this, order);
                }

                public string Describe(object value) => value switch
                {
                    null => "nothing",
                    int and < {{number}} => "a small number",
                    int i => $"the number {i}",
                    string { Length: > 10 } s => s[..10] + "...",
                    Order{{number}} { IsLarge: true } order => order.ToString(),
                    IEnumerable<Order{{number}}> orders => string.Join(", ", orders.Select(o => o.Id)),
                    _ => value.ToString() ?? "",
                };

                public static int[] Primes(int limit)
                {
                    bool[] composite = new bool[limit + 1];
                    var primes = new List<int>();
                    for (int i = 2; i <= limit; i++)
                    {
                        if (composite[i])
                        {
                            continue;
                        }

                        primes.Add(i);
                        for (long j = (long)i * i; j <= limit; j += i)
                        {
                            composite[j] = true;
                        }
                    }

                    return primes.ToArray();
                }

                public string Report()
                {
                    var builder = new StringBuilder();
                    foreach ((string customer, List<Order{{number}}> orders) in _cache)
                    {
                        try
                        {
                            builder.Append(customer).Append(": ").AppendLine(orders.Sum(o => o.Amount).ToString("F2"));
                        }
                        catch (OverflowException exception)
                        {
                            builder.AppendLine(exception.Message);
                        }
                    }

                    return builder.ToString();
                }

                public void Dispose()
                {
                    if (!_disposed)
                    {
                        _cache.Clear();
                        Interlocked.Exchange(ref _requests, 0);
                        _disposed = true;
                    }
                }
            }
            """);
        return text.ToString();
    }

    private static string Handler(int number) => string.Create(CultureInfo.InvariantCulture, $$"""
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace Corpus.Handlers;

        public struct Sample{{number}}
        {
            public long Time;
            public int Value;
        }

        public struct State{{number}}
        {
            public InterruptQueueWriter<Sample{{number}}> Samples;
            public InterruptHistogram Lateness;
            public long Count;

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public static void OnTick(ref State{{number}} state, in InterruptContext context)
            {
                state.Count++;
                state.Lateness.Record(context.Lateness);
                if (state.Count % {{number + 2}} != 0)
                {
                    state.Samples.TryWrite(new Sample{{number}} { Time = InterruptClock.Timestamp, Value = Scale((int)state.Count) });
                }
            }

            [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
            private static int Scale(int value) => (value << 3) ^ {{number}};
        }

        public static class Use{{number}}
        {
            public static IDisposable Start() => InterruptTimer.Start(State{{number}}.OnTick, new State{{number}}(), TimeSpan.FromMilliseconds(1));
        }
        """);
}
