"""Words that name nothing by themselves: function words, and words of queries of every kind."""

ORDINARY = frozenset(
    # English function words
    "a about above after all am an and any are around as at away back be been before behind below "
    "between both but by can could did do does down each else ever every few for from get go goes "
    "got had has have he her here hers him his how i if in inside into is it its just know less "
    "let like made make many may me mine more most much must my near need never no non nor not "
    "now of off on once one only onto or other our out outside over own per plus pro same see she "
    "should since so some such than that the their them then there these they this those through "
    "to together too two under until up upon us use very via want was we well were what when "
    "where which while who whom whose why will with within without would yes yet you your "
    # what shoppers and readers write beside the thing that they search for
    "adult adults baby bad base basic best big boy boys buy case cheap classic clean color common "
    "cool cut day deal discount easy end extra fast fine first fit free fresh full gift girl girls "
    "good great half hard heavy high home hot house kid kids large last light line little live "
    "long look low main man max maximum men mens min mini minimum modern natural new next nice "
    "night old open order pack pair pick play price pure quick quiet real right run safe sale set "
    "short show simple size small smart soft solid special sport sports standard star strong style "
    "super sure thin thing things time top trend true unisex used warm week wide win woman "
    "women womens work young "
    "black blue brown gold gray green grey orange pink purple red silver white yellow "
    # German, French, Spanish, Italian
    "alle als am an auch auf aus bei bis das dem den der des die ein eine einem einen einer er es "
    "fur hat ich im ist ja kein keine mit nach neu nicht noch nur oder ohne sehr sich sie sind so "
    "um und unter vom von vor was wie wir zu zum zur "
    "au aux avec ce dans de du en et il je la le les ne nous ou par pas pour que qui sans sur un "
    "une vous al con da del di e el los las lo mas muy o para per piu por sin una uno y".split()
)
