// A theory's rows: each value for both time providers.
using System.Reflection;
using Xunit.Sdk;

namespace TopHalf.Runtime.Tests.Timers;

[AttributeUsage(AttributeTargets.Method)]
internal sealed class CombineBothAttribute(params object[] values) : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) =>
        from which in Enum.GetValues<TimerContractTests.Which>()
        from value in values.Length == 0 ? [null!] : values
        select value is null ? new object[] { which } : [which, value];
}
